/** Given and family names as one finds them in Cologne today; every combination is invented. */
export const givenNames: readonly string[] =
  `Aaliyah Achim Adam Agnieszka Ahmet Aleksandra Alexander Ali Alina Amelie
Amir Anastasia Andrea Andreas Angelika Anja Anna Anton Antonia Arda Axel Ayşe Barbara Beate Ben Benjamin Bernd Birgit
Björn Brigitte Burak Cansu Carla Carlos Carsten Cem Charlotte Chiara Christian Christina Christoph Claudia Clara Daniel
Daniela David Deniz Derya Dieter Dilara Dimitrios Dirk Dominik Dorothee Elena Elif Elisabeth Emil Emilia Emine Emma Enes
Erik Esra Eva Fabian Farid Fatma Felix Filip Finn Florian Franziska Frank Frida Gabriele Georg Gerd Giulia Greta Hamza
Hannah Hans Heike Heinz Helga Hendrik Henri Ibrahim Ida Ilse Ines Ingo Iryna Isabel Ivana Jakub Jana Jan Janina Jannis
Jasmin Jens Joachim Johanna Jonas Julia Jürgen Kaan Karin Karsten Katarzyna Katharina Kerstin Kevin Klara Klaus Konstantin
Kristina Lara Lars Laura Lea Lena Leonie Leyla Lina Linus Lisa Lorenzo Luca Lukas Lydia Maja Malte Manfred Manuela Marcel
Marco Maria Marie Marko Martin Martina Mateusz Matthias Max Mehmet Melanie Mia Michael Michaela Mika Milan Mina Mohammed
Monika Moritz Mustafa Nadine Natalia Nele Nico Nicole Niklas Nina Nora Oksana Olaf Ole Oliver Omar Özlem Pascal Patrick
Paula Pauline Peter Petra Philipp Pia Piotr Rainer Ralf Ramona Rebecca Regina Renate Rita Robert Roland Ronja Rosa Sabine
Salma Samira Samuel Sandra Sara Sebastian Selin Serkan Silke Simon Sofia Sonja Stefan Stefanie Susanne Svenja Sven Tarik
Tatjana Theo Thomas Thorsten Tim Tobias Tom Ulrich Ursula Ute Valentina Vera Viktor Volker Walter Werner Wiebke Wolfgang
Yannick Yasemin Yusuf Zeynep Zoe`.split(/\s+/);

export const familyNames: readonly string[] =
  `Abels Acar Adenauer Albrecht Arndt Arslan Aydın Bachem Bauer Baumann Becker
Behrens Berger Bergmann Beyer Bianchi Bock Böhm Bosbach Brandt Braun Breuer Bruns Busch Çelik Claßen Conrad Cramer Dahmen
Demir Deutz Dietrich Doğan Dombrowski Dreesen Ebert Eckert Effertz Engels Erdoğan Esser Falk Faßbender Feldmann Ferrari
Fischer Förster Franke Freitag Friedrich Fröhlich Fuchs Funk Geisler Gerhards Giesen Göbel Graf Greco Groß Günther Haas
Hahn Hamacher Hansen Hartmann Heinen Heinrichs Hermanns Herzog Heuser Hilgers Hoffmann Hofmann Horn Huber Hübner Hülsmann
Ionescu Jablonski Jäger Jansen Janßen Kaiser Kamp Kaplan Kaya Keller Kessler Kılıç Kirchner Klein Klinkhammer Knauf Koch
Kolvenbach Kowalski Kraus Kremer Krüger Kuhn Kurt Küppers Lang Lange Lehmann Lenz Leuchter Lewandowski Lindner Linden
Lorenz Ludwig Maier Marx Maurer Mayer Meier Meurer Meyer Michels Möller Moreno Moser Müller Münch Nagel Neumann Nguyen
Nolte Nowak Odenthal Öztürk Offermann Pape Papadopoulos Paffrath Peters Petrović Pfeiffer Pohl Polat Popescu Pütz Quast
Radermacher Rausch Reinartz Reuter Richter Ricci Ritter Romano Rosenbaum Roth Rück Sander Sauer Schäfer Schallenberg
Schell Schiffer Schlösser Schmidt Schmitz Schneider Scholl Schramm Schröder Schulte Schulz Schumacher Schütz Schwarz Seidel
Shevchenko Simons Sommer Sowa Stein Steffens Stolz Stommel Strack Şahin Tanrıverdi Thelen Thomas Tillmann Toussaint Ulrich
Urban Vogel Vogt Wagner Walter Weber Weiler Weiß Wendt Werner Wilms Winkler Winter Wirtz Wojcik Wolf Wolff Yıldız Yılmaz
Zander Zeller Ziegler Zimmermann Zielinski Zöller`.split(/\s+/);
