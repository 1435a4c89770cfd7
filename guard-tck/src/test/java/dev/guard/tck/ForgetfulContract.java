package dev.guard.tck;

import dev.guard.domain.backend.Backend;

/** The rules of counters over a backend that forgets. */
class ForgetfulContract implements CounterRules {

    @Override
    public Backend open(TckEnvironment environment) {
        return new SimpleBackend(environment, false);
    }
}
