package dev.guard.tck;

import dev.guard.domain.backend.Backend;

/** A store that is the model itself keeps every rule. */
class ConcurrentCounterRulesTest implements ConcurrentCounterRules {
    @Override
    public Backend open(TckEnvironment environment) {
        return new ModelStore(environment);
    }
}
