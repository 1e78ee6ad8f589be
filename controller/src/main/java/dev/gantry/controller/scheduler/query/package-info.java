/**
 * The ECS cluster query language: text to a tree with precise errors, and whether a node matches
 * it. Bounded in length, depth and regular-expression steps; knows no API and no scheduler.
 */
@NullMarked
package dev.gantry.controller.scheduler.query;

import org.jspecify.annotations.NullMarked;
