package dev.guard.bench.run;

/**
 * How long a run may take.
 *
 * @param quick whether only the contestants that the bars speak of are run
 * @param rounds how often each contestant is measured
 * @param fewerRounds the same for items that are repeated {@link Repeats#SELDOM}
 * @param fewestRounds the same for items that are repeated {@link Repeats#RARELY}
 * @param iterations how many times a fork warms up, and then as many times measures
 * @param iterationMillis the length of each of those
 * @param loadMillis how long calls across a socket are measured
 * @param warmUpCalls how many calls across a socket come before
 */
public record Effort(
        boolean quick,
        int rounds,
        int fewerRounds,
        int fewestRounds,
        int iterations,
        int iterationMillis,
        int loadMillis,
        int warmUpCalls) {

    public static final Effort QUICK = new Effort(true, 3, 2, 1, 2, 250, 1_000, 50_000);
    public static final Effort FULL = new Effort(false, 5, 3, 2, 3, 300, 2_000, 100_000);

    /** The same with another number of rounds, for all items that are not measured once. */
    public Effort withRounds(int rounds) {
        return new Effort(quick, rounds, rounds, rounds, iterations, iterationMillis, loadMillis, warmUpCalls);
    }

    /** In how many rounds an item takes part. */
    int rounds(Repeats repeats) {
        return switch (repeats) {
            case ONCE -> 1;
            case RARELY -> Math.min(rounds, fewestRounds);
            case SELDOM -> Math.min(rounds, fewerRounds);
            case ALWAYS -> rounds;
        };
    }
}
