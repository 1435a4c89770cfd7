package dev.guard.memory;

import dev.guard.domain.FailureMode;
import dev.guard.domain.backend.Backend;
import dev.guard.tck.BoundedCounters;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import java.util.Map;

/** The embedded backend keeps the contract of counters. */
class MemoryCounterContractTest implements CounterContract, BoundedCounters {

    @Override
    public Backend open(TckEnvironment environment) {
        return MemoryBackend.open(environment.settings(MemoryBackend.NAME, FailureMode.LOCAL_ONLY, Map.of()));
    }

    @Override
    public Backend open(TckEnvironment environment, int keys) {
        return MemoryBackend.open(environment.settings(
                MemoryBackend.NAME, FailureMode.LOCAL_ONLY, Map.of(MemoryBackend.MAX_KEYS, String.valueOf(keys))));
    }
}
