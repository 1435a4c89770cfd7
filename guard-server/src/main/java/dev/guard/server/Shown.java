package dev.guard.server;

import java.util.HexFormat;

/**
 * Pieces of a request or of a file as an error quotes them: enough to find the mistake, never the whole of a large one, and
 * on a terminal or in a log nothing but text.
 */
final class Shown {

    private static final int MOST = 80;

    private Shown() {}

    /** A text in quotes. */
    static String of(String text) {
        return "'" + cut(text) + "'";
    }

    /** A text, cut where it is long. */
    static String cut(String text) {
        if (text.length() <= MOST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(MOST - 1)) ? MOST - 1 : MOST;
        return text.substring(0, end) + "…";
    }

    /** A text with its control characters, line breaks among them, written out as a backslash, u and four digits. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                printable.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                printable.append(c);
            }
        }
        return printable.toString();
    }
}
