/** What the machine does to a test, which is nobody's fault. For the kit's own packages only. */
@NullMarked
package dev.guard.tck.machine;

import org.jspecify.annotations.NullMarked;
