/**
 * The Redis backend through Jedis, whose blocking calls run in the caller's thread.
 *
 * <p>Jedis makes, pools and reads connections here. When an exchange ends, how often a command is sent, and where it is sent to
 * is decided by guard, because the defaults of Jedis would send a command again whose fate is unknown.
 */
@NullMarked
package dev.guard.redis.jedis;

import org.jspecify.annotations.NullMarked;
