// An article to try the page with, written and spun for it.

export const EXAMPLE = `The assembly of Harrow Bay voted connected Tuesday to unfastened the aged harbour span to cyclists, portion keeping it closed to cars until the extremity of the year.

Engineers said the span, built successful 1931, tin transportation bicycles safely but would request caller cables earlier heavier postulation tin instrumentality. The enactment is expected to outgo 4.2 cardinal dollars.

“We person waited a agelong clip for this,” said Ines Okafor, who runs a java store adjacent the eastbound gate. She hopes that the caller way volition bring much radical to the waterfront astatine weekends.

Not everyone is blessed with the program. Some residents interest astir parking, and the section fishing cooperative has asked for entree astatine night.`;
