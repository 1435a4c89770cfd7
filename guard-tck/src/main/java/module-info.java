/** The contract of guard's backends as tests. */
module dev.guard.tck {
    requires transitive dev.guard.domain;
    requires transitive dev.guard.api;
    requires static transitive org.jspecify;
    requires transitive org.junit.jupiter.api;
    requires transitive net.jqwik.api;
    requires java.management;
    requires org.opentest4j;

    exports dev.guard.tck;
    exports dev.guard.tck.fault;
    exports dev.guard.tck.soak;
}
