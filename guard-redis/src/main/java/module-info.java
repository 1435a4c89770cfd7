/** What the Redis backends share. Applications see nothing of it but the settings. */
module dev.guard.redis {
    requires transitive dev.guard.domain;
    requires static transitive org.jspecify;

    exports dev.guard.redis;
}
