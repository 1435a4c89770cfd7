package dev.guard.memory;

import dev.guard.domain.Key;
import java.security.SecureRandom;

/**
 * The hash of a tenant and a subject, keyed by random numbers of the process.
 *
 * <p>Subjects come from outside. {@link String#hashCode()} is the same everywhere, so that anybody can prepare thousands
 * of subjects that fall into one chain of a table; without the seeds of this hash nobody can. It folds four characters at
 * a time with a 64 by 64 bit multiplication, as the wyhash family does.
 */
final class SeededHash {

    private final long start;
    private final long multiplier;
    private final long defaultTenant;

    SeededHash(long start, long multiplier) {
        this.start = start;
        this.multiplier = multiplier | 1;
        this.defaultTenant = absorb(start, Key.DEFAULT_TENANT);
    }

    static SeededHash random() {
        SecureRandom random = new SecureRandom();
        return new SeededHash(random.nextLong(), random.nextLong());
    }

    int of(String tenant, String subject) {
        long hash = absorb(tenant.equals(Key.DEFAULT_TENANT) ? defaultTenant : absorb(start, tenant), subject);
        return (int) (hash ^ (hash >>> 32));
    }

    private long absorb(long hash, String text) {
        int length = text.length();
        int i = 0;
        for (; i + 4 <= length; i += 4) {
            hash = fold(hash
                    ^ (text.charAt(i)
                            | ((long) text.charAt(i + 1) << 16)
                            | ((long) text.charAt(i + 2) << 32)
                            | ((long) text.charAt(i + 3) << 48)));
        }
        long rest = length;
        for (; i < length; i++) {
            rest = (rest << 16) | text.charAt(i);
        }
        return fold(hash ^ rest);
    }

    private long fold(long value) {
        return (value * multiplier) ^ Math.multiplyHigh(value, multiplier);
    }
}
