package dev.guard.memory;

import java.security.SecureRandom;

/**
 * Hashes of a tenant and a subject, keyed by random numbers of the process.
 *
 * <p>Subjects come from outside. {@link String#hashCode()} is cheap, often known already, and the same everywhere, so that
 * anybody can prepare thousands of subjects that fall into one chain of a table. The {@link #quick} hash is made of it; a
 * table that finds itself with a long chain turns to the {@link #strong} one, which reads every character and whose seeds
 * nobody outside knows. It folds four characters at a time with a 64 by 64 bit multiplication, as the wyhash family does.
 */
final class SeededHash {

    private final long start;
    private final long multiplier;

    SeededHash(long start, long multiplier) {
        this.start = start;
        this.multiplier = multiplier | 1;
    }

    static SeededHash random() {
        SecureRandom random = new SecureRandom();
        return new SeededHash(random.nextLong(), random.nextLong());
    }

    int quick(String tenant, String subject) {
        long both = ((long) tenant.hashCode() << 32) ^ subject.hashCode();
        return (int) (fold(both ^ start) >>> 32);
    }

    int strong(String tenant, String subject) {
        return (int) (absorb(absorb(start, tenant), subject) >>> 32);
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
