/** Verdicts over HTTP, without a web framework. */
module dev.guard.http {
    requires transitive dev.guard.api;
    requires static transitive org.jspecify;
    requires transitive com.fasterxml.jackson.core;
    requires com.google.common;

    exports dev.guard.http;
}
