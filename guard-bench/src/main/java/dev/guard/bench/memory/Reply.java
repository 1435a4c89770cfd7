package dev.guard.bench.memory;

/** An object of 48 bytes, as large as guard's decision: what answering with one costs, whoever does it. */
record Reply(Object from, boolean allowed, long first, long second, long third) {

    static Reply of(Object from, boolean allowed, long number) {
        return new Reply(from, allowed, number, number, number);
    }
}
