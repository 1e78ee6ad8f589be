/** Puts the parts of a controller together, and holds no rule of its own. */
@NullMarked
package dev.gantry.controller;

import org.jspecify.annotations.NullMarked;
