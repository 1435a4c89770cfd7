package dev.guard.memory;

import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.memory.contract.CounterContract;
import java.time.InstantSource;
import java.util.Map;

/** The embedded backend keeps the contract of counters. */
class MemoryCounterContractTest implements CounterContract {

    @Override
    public Backend open(InstantSource time) {
        return MemoryBackend.open(BackendSettings.of("memory", Map.of())
                .withMode(FailureMode.LOCAL_ONLY)
                .withTime(time));
    }

    @Override
    public DecisionSource source() {
        return DecisionSource.of("memory", FailureMode.LOCAL_ONLY);
    }
}
