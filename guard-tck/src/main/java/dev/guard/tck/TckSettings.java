package dev.guard.tck;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the kit is run: system properties, or the environment variables of the same names in upper case with {@code _} for
 * {@code .}. All of them may be left out.
 *
 * <ul>
 *   <li>{@value #SEED}: the seed of the random tries, as a failure names it. Together with the name of a single rule it runs
 *       that rule's failing try again.
 *   <li>{@value #DEPTH}: how many times as many tries each rule makes, 1 where it is not set; 0.1 makes a tenth.
 *   <li>{@value #REPORTS}: the folder that the conformance reports are written to; {@code guard-tck} in the build folder,
 *       {@code target} or {@code build}, where it is not set.
 *   <li>{@value #TIMEOUT_FACTOR}: how many times as long the kit waits for an answer, for slow machines; 1 where it is not set.
 * </ul>
 */
public final class TckSettings {

    /** The seed of the random tries. */
    public static final String SEED = "guard.tck.seed";

    /** How many times as many tries each rule makes. */
    public static final String DEPTH = "guard.tck.depth";

    /** The folder of the conformance reports. */
    public static final String REPORTS = "guard.tck.reports";

    /** How many times as long the kit waits for an answer. */
    public static final String TIMEOUT_FACTOR = "guard.test.timeout.factor";

    private static final double LEAST_DEPTH = 0.001;
    private static final int MOST_DEPTH = 100_000;

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private TckSettings() {}

    static Optional<String> seed() {
        return Optional.ofNullable(text(SEED));
    }

    static double depth() {
        String text = text(DEPTH);
        if (text == null) {
            return 1;
        }
        try {
            double depth = Double.parseDouble(text);
            if (depth >= LEAST_DEPTH && depth <= MOST_DEPTH) {
                return depth;
            }
        } catch (NumberFormatException e) {
            // told below, like a number out of range
        }
        throw new IllegalArgumentException(
                DEPTH + " is '" + text + "', expected a number from " + LEAST_DEPTH + " to " + MOST_DEPTH);
    }

    /** How long the kit waits for an answer before it says that none came. */
    static Duration timeout() {
        return TIMEOUT.multipliedBy(timeoutFactor());
    }

    /**
     * How many times as long something is waited for.
     *
     * @throws IllegalArgumentException if what is set is no whole number from 1 to 1000
     */
    public static long timeoutFactor() {
        return number(TIMEOUT_FACTOR, 1, 1_000);
    }

    /** The folder that reports are written to. */
    public static Path reports() {
        String text = text(REPORTS);
        if (text != null) {
            return Path.of(text);
        }
        boolean gradle = !Path.of("pom.xml").toFile().exists()
                && Path.of("build").toFile().isDirectory();
        return Path.of(gradle ? "build" : "target", "guard-tck");
    }

    private static long number(String name, long fallback, long most) {
        String text = text(name);
        if (text == null) {
            return fallback;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, like a number out of range
        }
        throw new IllegalArgumentException(name + " is '" + text + "', expected a whole number from 1 to " + most);
    }

    private static @Nullable String text(String name) {
        String property = System.getProperty(name);
        String text = property != null
                ? property
                : System.getenv(name.replace('.', '_').toUpperCase(Locale.ROOT));
        return text == null || text.isBlank() ? null : text.strip();
    }
}
