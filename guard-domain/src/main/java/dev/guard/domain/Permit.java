package dev.guard.domain;

/**
 * What an allowed call took, in a form in which it can be given back, also by another process.
 *
 * <p>Whoever has a permit may give it back: its id is to be known to its holder alone, and is not printed.
 *
 * @param id the id that the caller gave it: 1 to {@value #LONGEST_ID} characters
 * @param cost the permits taken, 1 or more
 * @param version the version of the policy that they were charged under
 * @param time the store's time of the charge, in microseconds since the epoch
 */
public record Permit(String id, long cost, int version, long time) {

    /** The longest id. */
    public static final int LONGEST_ID = 64;

    /**
     * Checks the parts.
     *
     * @throws InvalidArgumentException if the id is not 1 to {@value #LONGEST_ID} characters of {@code [A-Za-z0-9._~-]}, or the
     *     cost or the version is below 1
     */
    public Permit {
        requireId(id);
        if (cost < 1) {
            throw new InvalidArgumentException("cost is " + cost + ", expected 1 or more");
        }
        if (version < 1) {
            throw new InvalidArgumentException("version is " + version + ", expected 1 or more");
        }
    }

    @Override
    public String toString() {
        return "Permit[cost=" + cost + ", version=" + version + ", time=" + time + "]";
    }

    /**
     * Checks the form of an id.
     *
     * @throws InvalidArgumentException if it is not 1 to {@value #LONGEST_ID} characters of {@code [A-Za-z0-9._~-]}
     */
    public static void requireId(String id) {
        boolean wellFormed =
                !id.isEmpty() && id.length() <= LONGEST_ID && id.chars().allMatch(Permit::isOfId);
        if (!wellFormed) {
            throw new InvalidArgumentException("permit id of " + id.length() + " characters, expected 1 to "
                    + LONGEST_ID + " of A-Z, a-z, 0-9 and . _ ~ -");
        }
    }

    private static boolean isOfId(int c) {
        return (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '~'
                || c == '-';
    }
}
