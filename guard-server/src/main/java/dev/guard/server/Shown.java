package dev.guard.server;

/** Pieces of a request as an error quotes them: enough to find the mistake, never the whole of a large one. */
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
}
