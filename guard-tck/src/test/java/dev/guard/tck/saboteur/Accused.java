package dev.guard.tck.saboteur;

import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import dev.guard.tck.saboteur.ModelBackend.Server;

/** The test class of the backend that is under trial, as its author would write it. Run by {@link Court} only. */
class Accused implements CounterContract {

    private static volatile Saboteur.Maker maker = ModelBackend::new;
    private static volatile Server server = new Server();

    /** Puts another backend under trial, on an empty store. */
    static void is(Saboteur.Maker accused) {
        maker = accused;
        server = new Server();
    }

    @Override
    public Backend open(TckEnvironment environment) {
        return maker.open(server, environment);
    }
}
