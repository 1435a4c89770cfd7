package dev.guard.tck;

/**
 * The contract of {@linkplain dev.guard.domain.counter.CounterStore counters}, which every backend keeps. A backend's author
 * implements it in one class with one method, {@link #open}, and runs it as a test.
 */
public interface CounterContract extends CounterRules, ConcurrentCounterRules, RecordedHistoryRules {}
