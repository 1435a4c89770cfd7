/** The rules of guard: values, the algorithms as pure functions, and the ports that backends implement. */
module dev.guard.domain {
    requires static transitive org.jspecify;
    requires com.google.common;

    exports dev.guard.domain;
    exports dev.guard.domain.backend;
    exports dev.guard.domain.counter;
}
