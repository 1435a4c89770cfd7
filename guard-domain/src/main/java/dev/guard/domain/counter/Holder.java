package dev.guard.domain.counter;

import org.jspecify.annotations.Nullable;

/**
 * Who takes permits, as far as the state has to know: for concurrent slots, and for reservations.
 *
 * @param permitId the id under which they can be given back; null where they never will be
 * @param ttl how long a reservation holds, in microseconds; 0 where it is none
 */
record Holder(@Nullable String permitId, long ttl) {

    static final Holder NOBODY = new Holder(null, 0);

    boolean reserves() {
        return ttl > 0;
    }

    /**
     * The id that concurrent slots are held under: the empty one for a call without. Only a call of an older version, whose
     * policy had no concurrency limit yet, comes without; nobody can name its slots, so they come back with their lease.
     */
    String id() {
        return permitId == null ? "" : permitId;
    }

    /** The end of slots that are taken at {@code now}: a reservation's are held as long as itself. */
    long end(long now, long lease) {
        return now + (reserves() ? ttl : lease);
    }
}
