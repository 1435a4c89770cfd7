package com.example.guard.h2;

import dev.guard.domain.FailureMode;
import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import java.util.Map;

/** The backend keeps the contract of counters. */
class H2CounterContractTest implements CounterContract {

    @Override
    public Backend open(TckEnvironment environment) {
        return H2Backend.open(environment.settings(
                H2Backend.NAME,
                FailureMode.STRICT_DISTRIBUTED,
                Map.of(
                        H2Backend.URL, "jdbc:h2:mem:contract;DB_CLOSE_DELAY=-1",
                        H2Backend.NAMESPACE, environment.namespace())));
    }
}
