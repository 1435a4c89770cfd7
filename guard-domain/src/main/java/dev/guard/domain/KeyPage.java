package dev.guard.domain;

import java.util.List;
import java.util.Optional;

/**
 * A part of a listing of keys.
 *
 * @param keys the keys, in no order; one may come in several pages
 * @param next where the listing goes on; empty where it is complete. Opaque, and good for the store that made it only
 */
public record KeyPage(List<Key> keys, Optional<String> next) {

    /** The cursor that a listing starts with. */
    public static final String START = "";

    /** Copies the keys. */
    public KeyPage {
        keys = List.copyOf(keys);
    }
}
