/**
 * The work across a socket: random keys in Redis through Lettuce (P4) and Jedis (P5), and how cost grows (P17). Its load driver
 * serves the members of Hazelcast (P9) as well.
 */
@NullMarked
package dev.guard.bench.redis;

import org.jspecify.annotations.NullMarked;
