/** What an application calls: {@link dev.guard.api.Guard}, its builder, its limiters. */
module dev.guard.api {
    requires transitive dev.guard.domain;
    requires org.slf4j;
    requires static transitive org.jspecify;

    uses dev.guard.domain.backend.BackendProvider;

    exports dev.guard.api;
}
