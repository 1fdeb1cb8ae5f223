// The sample rooms' talk, so that nobody's first screen is empty. All of it is invented.

/** Who speaks: a printed sign-in by name, or somebody of the room's unit by place. */
export type Speaker =
  "Aylin" | "Thomas" | "Katharina" | "Jonas" | "Marie" | "head" | "deputy" | `member ${number}`;

/** One message: working days before the last one, time of day, speaker, text. */
export type Line = readonly [daysBefore: 0 | 1, at: `${number}:${number}`, Speaker, string];

export type Conversation = {
  readonly unit: string;
  /** The room's template in the provisioning policy. */
  readonly room: "general" | "announcements" | "leads";
  readonly lines: readonly Line[];
};

export const conversations: readonly Conversation[] = [
  {
    unit: "amt-12",
    room: "general",
    lines: [
      [1, "08:12", "Jonas", "Guten Morgen zusammen! Der neue Drucker im 3. OG ist angeschlossen."],
      [1, "08:15", "Aylin", "Super, danke Jonas! Unter welchem Namen finde ich ihn?"],
      [1, "08:16", "Jonas", "12-OG3-Farbe. Bitte einmal ab- und wieder anmelden."],
      [1, "11:40", "Marie", "Wer kommt heute mit in die Kantine? Es gibt Himmel un Ääd."],
      [1, "11:42", "Aylin", "Bin dabei, 12 Uhr am Aufzug?"],
      [1, "11:42", "Marie", "Passt 👍"],
      [0, "09:03", "Thomas", "Kurze Erinnerung: Um 10 Uhr Dienstbesprechung in Raum 12.001."],
      [0, "09:05", "Aylin", "Ich bringe die Zahlen aus der Hotline mit."],
      [0, "09:06", "deputy", "Ich bin heute im Homeoffice und schalte mich zu."],
      [
        0,
        "13:27",
        "Jonas",
        "Am Wochenende spielen wir die Updates auf den Servern ein. Ab Samstag, 18 Uhr kann es kurz ruckeln.",
      ],
      [0, "13:31", "Thomas", "Danke für die Vorwarnung. Steht das auch im Intranet?"],
      [0, "13:32", "Marie", "Ja, seit heute Mittag."],
      [0, "15:48", "Thomas", "Prima. Schönen Feierabend an alle, die gleich gehen!"],
    ],
  },
  {
    unit: "amt-12",
    room: "announcements",
    lines: [
      [
        1,
        "10:00",
        "Thomas",
        "Die Urlaubsplanung für das kommende Jahr liegt aus. Bitte tragen Sie sich bis Monatsende ein.",
      ],
      [
        0,
        "10:45",
        "Thomas",
        "Ergebnis der Dienstbesprechung: Die Hotline ist ab Montag von 7:30 bis 17:00 Uhr besetzt. Vielen Dank an alle, die das möglich machen.",
      ],
    ],
  },
  {
    unit: "amt-12",
    room: "leads",
    lines: [
      [1, "14:05", "Thomas", "Können wir den Termin mit dem Personalamt auf Donnerstag legen?"],
      [1, "14:11", "deputy", "Donnerstag ab 14 Uhr geht bei mir."],
      [1, "14:20", "Jonas", "Bei mir auch. Ich lade ein."],
    ],
  },
  {
    unit: "abt-121",
    room: "general",
    lines: [
      [1, "07:55", "Marie", "Die Sicherung von heute Nacht ist vollständig durchgelaufen."],
      [1, "07:58", "Jonas", "Sehr gut. Die Rückspielprobe machen wir am Mittwoch."],
      [0, "08:30", "member 1", "Für das Zertifikat am Bürgerportal fehlen noch zwei Freigaben."],
      [0, "08:41", "Jonas", "Eine hast du jetzt. Marie?"],
      [0, "08:44", "Marie", "Erledigt, die zweite auch."],
    ],
  },
  {
    unit: "abt-122",
    room: "general",
    lines: [
      [1, "09:20", "head", "Die Schulung zum neuen Formular-Assistenten ist am 3. um 9 Uhr."],
      [1, "09:24", "Aylin", "Ich melde die Hotline mit vier Personen an."],
      [0, "10:58", "member 2", "Im Testsystem hängt die Anmeldung. Schaut jemand mit?"],
      [0, "11:02", "Aylin", "Ich bin dran, liegt am Zwischenspeicher. In fünf Minuten geht es."],
      [0, "11:09", "member 2", "Läuft wieder, danke dir!"],
    ],
  },
  {
    unit: "schule-01",
    room: "general",
    lines: [
      [1, "07:31", "head", "Guten Morgen! Frau Yıldız ist heute krank, Vertretungsplan hängt aus."],
      [1, "07:34", "Katharina", "Ich übernehme die 3b in der zweiten Stunde."],
      [1, "07:35", "head", "Herzlichen Dank, Frau Becker!"],
      [0, "12:50", "member 2", "Hat jemand die Kiste mit den Tablets? Im Schrank steht sie nicht."],
      [0, "12:53", "Katharina", "Steht bei mir in Raum 14, ich bringe sie gleich hoch."],
    ],
  },
  {
    unit: "schule-01",
    room: "announcements",
    lines: [
      [
        0,
        "13:30",
        "head",
        "Die Lehrerkonferenz am Dienstag beginnt um 14:15 Uhr in der Aula. Tagesordnung folgt per E-Mail.",
      ],
    ],
  },
  {
    unit: "amt-37",
    room: "general",
    lines: [
      [1, "06:45", "member 5", "Wachwechsel Wache 5 erledigt, Fahrzeuge vollständig."],
      [1, "06:47", "member 9", "Danke. Die Drehleiter geht um 9 Uhr zur Prüfung in die Werkstatt."],
      [
        0,
        "16:10",
        "head",
        "Danke an alle für den Einsatz gestern Abend am Rheinufer. Saubere Arbeit.",
      ],
      [0, "16:14", "member 6", "War eine gute Zusammenarbeit mit dem Rettungsdienst."],
    ],
  },
  {
    unit: "amt-37",
    room: "announcements",
    lines: [
      [
        0,
        "09:00",
        "head",
        "Die Atemschutzübung wird auf den 12. verlegt. Anmeldung bei der Wachleitung.",
      ],
    ],
  },
  {
    unit: "amt-32",
    room: "general",
    lines: [
      [1, "10:15", "member 4", "Baustelle Aachener Straße: Halteverbot gilt erst ab morgen."],
      [1, "10:18", "member 6", "Danke, dann fahren wir heute die Innenstadt zuerst."],
      [
        0,
        "14:22",
        "deputy",
        "Die neuen Diensthandys können ab morgen in Raum 2.14 abgeholt werden.",
      ],
    ],
  },
  {
    unit: "amt-40",
    room: "general",
    lines: [
      [1, "11:05", "member 3", "Die Anmeldezahlen der weiterführenden Schulen sind vollständig."],
      [1, "11:12", "head", "Wunderbar, das ist eine Woche früher als im letzten Jahr!"],
      [0, "10:30", "member 5", "Für den Neubau in Nippes liegt die Baugenehmigung vor. 🎉"],
    ],
  },
  {
    unit: "dez-1",
    room: "leads",
    lines: [
      [1, "16:30", "deputy", "Die Unterlagen für den Ausschuss sind freigegeben."],
      [0, "08:05", "head", "Danke. Bitte die Beschlussvorlage noch bis Mittag durchsehen."],
    ],
  },
];
