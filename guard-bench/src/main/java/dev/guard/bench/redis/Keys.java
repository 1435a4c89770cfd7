package dev.guard.bench.redis;

/** What a load's calls ask for. */
public enum Keys {
    /** Each call asks for one subject of many, at random. */
    RANDOM,
    /** All calls ask for the same subject, which has more permits. */
    HOT
}
