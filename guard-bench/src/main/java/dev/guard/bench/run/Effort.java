package dev.guard.bench.run;

/**
 * How long a run may take.
 *
 * @param quick whether only the contestants that the bars speak of are run
 * @param rounds how often each contestant is measured
 * @param iterations how many times a fork warms up, and then as many times measures
 * @param iterationMillis the length of each of those
 * @param loadMillis how long calls across a socket are measured, after a warm-up half as long
 */
public record Effort(boolean quick, int rounds, int iterations, int iterationMillis, int loadMillis) {

    public static final Effort QUICK = new Effort(true, 3, 2, 250, 1_500);
    public static final Effort FULL = new Effort(false, 5, 3, 300, 2_000);

    /** The same with another number of rounds. */
    public Effort withRounds(int rounds) {
        return new Effort(quick, rounds, iterations, iterationMillis, loadMillis);
    }
}
