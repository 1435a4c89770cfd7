/** Counters in Hazelcast, as an embedded member, a client, or over an instance that the application has. */
@NullMarked
package dev.guard.hazelcast;

import org.jspecify.annotations.NullMarked;
