package dev.guard.bench.report;

import java.util.Locale;

/** Numbers with as many digits as are worth reading. */
final class Numbers {

    private Numbers() {}

    static String text(double number) {
        double size = Math.abs(number);
        if (size < 0.005) {
            return "0";
        }
        if (size < 10) {
            return String.format(Locale.ROOT, "%.2f", number);
        }
        return String.format(Locale.ROOT, size < 100 ? "%.1f" : "%.0f", number);
    }
}
