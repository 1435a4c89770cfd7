/** The rules that keep the modules of guard apart, written once and run in every module. */
@NullMarked
package dev.guard.testing.architecture;

import org.jspecify.annotations.NullMarked;
