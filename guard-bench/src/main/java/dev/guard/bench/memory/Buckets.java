package dev.guard.bench.memory;

import io.github.bucket4j.Bucket;

/** Bucket4j's local buckets, lock-free, on {@link System#nanoTime()}. */
final class Buckets {

    private Buckets() {}

    static Bucket of(Load load) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(load.permits()).refillGreedy(load.permits(), load.period()))
                .withNanosecondPrecision()
                .build();
    }
}
