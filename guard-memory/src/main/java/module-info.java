/** The embedded backend: state in this process, shared with nobody. */
module dev.guard.memory {
    requires transitive dev.guard.domain;
    requires static transitive org.jspecify;

    exports dev.guard.memory;

    provides dev.guard.domain.backend.BackendProvider with
            dev.guard.memory.MemoryBackendProvider;
}
