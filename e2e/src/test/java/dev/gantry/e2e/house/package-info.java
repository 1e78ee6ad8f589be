/** The rules of the house, held against the code: who may know whom, sizes, formatting. */
@NullMarked
package dev.gantry.e2e.house;

import org.jspecify.annotations.NullMarked;
