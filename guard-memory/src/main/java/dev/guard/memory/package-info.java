/**
 * The embedded backend: state in this process, shared with nobody.
 *
 * <p>Linearizable per key within the process; N processes admit up to N times a limit; a restart forgets.
 */
@NullMarked
package dev.guard.memory;

import org.jspecify.annotations.NullMarked;
