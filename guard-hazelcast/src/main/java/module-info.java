/** The Hazelcast backend: counters in the memory of a cluster that the process is a member or a client of. */
module dev.guard.hazelcast {
    requires transitive dev.guard.domain;
    requires transitive com.hazelcast.core;
    requires static transitive org.jspecify;
    requires org.slf4j;

    exports dev.guard.hazelcast;

    provides dev.guard.domain.backend.BackendProvider with
            dev.guard.hazelcast.HazelcastBackendProvider;
}
