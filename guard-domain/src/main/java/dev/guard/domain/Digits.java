package dev.guard.domain;

/** Decimal integers in texts that people write. ASCII digits only. */
final class Digits {

    private Digits() {}

    /** How many characters at the start of the text are digits. */
    static int leading(String text) {
        int i = 0;
        while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            i++;
        }
        return i;
    }

    /** Whether the text is one digit or more, and nothing else. */
    static boolean only(String text) {
        return !text.isEmpty() && leading(text) == text.length();
    }

    /** The value of a text of digits, {@link Long#MAX_VALUE} where it is larger than that. */
    static long saturated(String digits) {
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) {
                return Long.MAX_VALUE;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
