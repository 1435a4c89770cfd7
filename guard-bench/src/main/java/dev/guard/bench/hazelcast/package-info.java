/** Who decides in the members of a Hazelcast cluster, one of which is the process that asks. */
@NullMarked
package dev.guard.bench.hazelcast;

import org.jspecify.annotations.NullMarked;
