import type { UnitKind } from "../../appservice/src/organisation/index.ts";

/** An office of the sample city, modelled on Cologne's public organisation chart. */
export type Office = {
  readonly number: string;
  readonly name: string;
  readonly department: string;
  /** Share of the city's people, relative to the other offices. */
  readonly weight: number;
  /** Divisions that exist in a city of any size; more are made as it grows. */
  readonly divisions: readonly (readonly [number: string, name: string])[];
  /** What its people are, besides clerks. */
  readonly titles?: readonly string[];
};

export const departments: readonly (readonly [id: string, number: string, name: string])[] = [
  ["dez-ob", "OB", "Oberbürgermeister*in"],
  ["dez-1", "I", "Allgemeine Verwaltung, Ordnung und Recht"],
  ["dez-2", "II", "Finanzen"],
  ["dez-3", "III", "Mobilität"],
  ["dez-4", "IV", "Bildung, Jugend und Sport"],
  ["dez-5", "V", "Soziales, Gesundheit und Wohnen"],
  ["dez-6", "VI", "Planen und Bauen"],
  ["dez-7", "VII", "Kunst und Kultur"],
  ["dez-8", "VIII", "Umwelt, Klima und Liegenschaften"],
];

const CLERKS = ["Sachbearbeitung", "Teamassistenz", "Referent*in", "Projektleitung"] as const;
export const clerkTitles: readonly string[] = CLERKS;

export const offices: readonly Office[] = [
  {
    number: "12",
    name: "Amt für Informationsverarbeitung",
    department: "dez-1",
    weight: 6,
    divisions: [
      ["121", "IT-Betrieb"],
      ["122", "Anwendungen und Digitalisierung"],
    ],
    titles: [
      "IT-Administration",
      "Anwendungsbetreuung",
      "Softwareentwicklung",
      "IT-Sicherheit",
      "Servicedesk",
    ],
  },
  {
    number: "37",
    name: "Feuerwehr",
    department: "dez-1",
    weight: 14,
    divisions: [
      ["371", "Einsatz und Feuerwachen"],
      ["372", "Rettungsdienst"],
      ["373", "Gefahrenvorbeugung"],
      ["374", "Leitstelle und Technik"],
    ],
    titles: [
      "Brandmeister*in",
      "Oberbrandmeister*in",
      "Brandinspektor*in",
      "Notfallsanitäter*in",
      "Disponent*in",
    ],
  },
  {
    number: "32",
    name: "Amt für öffentliche Ordnung",
    department: "dez-1",
    weight: 10,
    divisions: [
      ["321", "Ordnungsdienst"],
      ["322", "Verkehrsdienst"],
      ["323", "Gewerbe und Veranstaltungen"],
    ],
    titles: ["Außendienst", "Einsatzleitung Außendienst", "Verkehrsüberwachung"],
  },
  {
    number: "40",
    name: "Amt für Schulentwicklung",
    department: "dez-4",
    weight: 6,
    divisions: [
      ["401", "Schulentwicklungsplanung"],
      ["402", "Schulbetrieb und Ausstattung"],
    ],
  },
  {
    number: "11",
    name: "Personal- und Verwaltungsmanagement",
    department: "dez-1",
    weight: 5,
    divisions: [["111", "Personalservice"]],
  },
  {
    number: "13",
    name: "Amt für Presse- und Öffentlichkeitsarbeit",
    department: "dez-ob",
    weight: 2,
    divisions: [],
    titles: ["Pressereferent*in", "Redaktion"],
  },
  {
    number: "14",
    name: "Rechnungsprüfungsamt",
    department: "dez-ob",
    weight: 2,
    divisions: [],
    titles: ["Prüfer*in"],
  },
  { number: "20", name: "Kämmerei", department: "dez-2", weight: 3, divisions: [] },
  { number: "21", name: "Kassen- und Steueramt", department: "dez-2", weight: 4, divisions: [] },
  {
    number: "30",
    name: "Rechtsamt",
    department: "dez-1",
    weight: 2,
    divisions: [],
    titles: ["Jurist*in"],
  },
  {
    number: "33",
    name: "Bürgerdienste",
    department: "dez-1",
    weight: 6,
    divisions: [["331", "Kundenzentren"]],
  },
  {
    number: "50",
    name: "Amt für Soziales, Arbeit und Senioren",
    department: "dez-5",
    weight: 6,
    divisions: [["501", "Wirtschaftliche Hilfen"]],
    titles: ["Sozialarbeiter*in"],
  },
  {
    number: "51",
    name: "Amt für Kinder, Jugend und Familie",
    department: "dez-4",
    weight: 8,
    divisions: [
      ["511", "Kindertagesstätten"],
      ["512", "Allgemeiner Sozialer Dienst"],
    ],
    titles: ["Erzieher*in", "Sozialarbeiter*in"],
  },
  {
    number: "53",
    name: "Gesundheitsamt",
    department: "dez-5",
    weight: 5,
    divisions: [["531", "Infektionsschutz"]],
    titles: ["Ärzt*in", "Hygienekontrolle"],
  },
  { number: "56", name: "Amt für Wohnungswesen", department: "dez-5", weight: 4, divisions: [] },
  {
    number: "57",
    name: "Umwelt- und Verbraucherschutzamt",
    department: "dez-8",
    weight: 4,
    divisions: [],
    titles: ["Ingenieur*in", "Lebensmittelkontrolle"],
  },
  {
    number: "61",
    name: "Stadtplanungsamt",
    department: "dez-6",
    weight: 3,
    divisions: [],
    titles: ["Stadtplaner*in"],
  },
  {
    number: "63",
    name: "Bauaufsichtsamt",
    department: "dez-6",
    weight: 3,
    divisions: [],
    titles: ["Bauingenieur*in"],
  },
  {
    number: "66",
    name: "Amt für Straßen und Radwegebau",
    department: "dez-3",
    weight: 4,
    divisions: [["661", "Straßenunterhaltung"]],
    titles: ["Bauingenieur*in", "Straßenwärter*in"],
  },
  {
    number: "67",
    name: "Amt für Landschaftspflege und Grünflächen",
    department: "dez-8",
    weight: 4,
    divisions: [],
    titles: ["Gärtner*in", "Baumkontrolle"],
  },
  { number: "41", name: "Kulturamt", department: "dez-7", weight: 2, divisions: [] },
  {
    number: "43",
    name: "Stadtbibliothek",
    department: "dez-7",
    weight: 3,
    divisions: [],
    titles: ["Bibliothekar*in"],
  },
  { number: "52", name: "Sportamt", department: "dez-4", weight: 2, divisions: [] },
  { number: "23", name: "Amt für Liegenschaften", department: "dez-8", weight: 2, divisions: [] },
];

/** Invented, as is everybody in them. */
export const schoolNames: readonly string[] = [
  "Gymnasium Südstadt",
  "Grundschule Am Rheinufer",
  "Gesamtschule Nippes-Nord",
  "Berufskolleg Deutzer Hafen",
  "Realschule Am Stadtwald",
  "Förderschule Lindenallee",
];
export const schoolForms: readonly string[] = [
  "Grundschule",
  "Gesamtschule",
  "Realschule",
  "Gymnasium",
  "Berufskolleg",
];
export const schoolPlaces: readonly string[] = [
  "Am Mühlenbach",
  "Kastanienhof",
  "Heinrichstraße",
  "Am Kirschgarten",
  "Nordpark",
  "Alte Ziegelei",
  "Lindenplatz",
  "Am Wasserturm",
  "Rosenweg",
  "Westring",
  "Kleine Heide",
  "Am Alten Bahnhof",
  "Sonnenberg",
  "Weidenpfad",
  "Ostplatz",
  "Brunnenstraße",
  "Am Wäldchen",
  "Lerchenfeld",
  "Ulmenallee",
  "Hafenblick",
];

/** For divisions and sections that a larger city needs. */
export const divisionNames: readonly string[] = [
  "Zentrale Dienste",
  "Haushalt und Controlling",
  "Grundsatz und Recht",
  "Planung",
  "Betrieb",
  "Service",
  "Genehmigungen",
  "Fachaufsicht",
  "Projekte",
  "Beratung",
  "Ausbildung",
  "Technik",
];
export const sectionNames: readonly string[] = [
  "Nord",
  "Süd",
  "Ost",
  "West",
  "Mitte",
  "Innendienst",
  "Außenstelle",
  "Bereitschaft",
];

export const kindWords: Readonly<
  Record<UnitKind, { readonly head: string; readonly deputy: string }>
> = {
  city: { head: "Oberbürgermeister*in", deputy: "Büroleitung" },
  department: { head: "Beigeordnete*r", deputy: "Referent*in" },
  office: { head: "Amtsleitung", deputy: "Stellvertretende Amtsleitung" },
  division: { head: "Abteilungsleitung", deputy: "Stellvertretende Abteilungsleitung" },
  section: { head: "Sachgebietsleitung", deputy: "Stellvertretende Sachgebietsleitung" },
  school: { head: "Schulleitung", deputy: "Stellvertretende Schulleitung" },
};
export const schoolTitles: readonly string[] = [
  "Lehrkraft",
  "Lehrkraft",
  "Lehrkraft",
  "Sekretariat",
  "Schulsozialarbeit",
];
