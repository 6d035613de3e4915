/** Sentences with the word "channel", in three of its senses. Given. */

export interface Context {
  readonly sense: "television" | "water" | "communication";
  readonly text: string;
}

export const WORD = "channel";

const of = (sense: Context["sense"], texts: readonly string[]): Context[] => texts.map((text) => ({ sense, text }));

export const CONTEXTS: readonly Context[] = [
  ...of("television", [
    "My grandmother watched a funny quiz on the local channel last night.",
    "The new channel shows a documentary every evening.",
    "Turn to the sports channel, the match is on tonight.",
    "A million viewers watched the election on the news channel.",
    "The channel cancelled the comedy after one season.",
    "Our television receives another music channel in the morning.",
    "The actor was interviewed on a popular channel at eight.",
    "Advertisements interrupt each film on this channel.",
  ]),
  ...of("water", [
    "The old ferry crossed the narrow channel in the fog.",
    "Fresh water flows along the channel to the village.",
    "Sand from the flood filled the shallow channel.",
    "The captain anchored the yacht in the channel at night.",
    "A storm drove two boats across the channel to the island.",
    "The workers dug a deep channel between the lake and the sea.",
    "He swam in the muddy channel near the harbour.",
    "At low tide the channel is too rocky for the barge.",
  ]),
  ...of("communication", [
    "The sender encrypts the password on the wireless channel.",
    "A checksum corrects errors of a noisy channel.",
    "The embassy opened a secret channel to the government.",
    "The bandwidth of the channel limits the data of the server.",
    "Each packet was sent over a secure channel to the router.",
    "The manager and the customer share a direct channel.",
    "Noise corrupts the signal on the channel.",
    "The receiver decodes the reply from a private channel.",
  ]),
];
