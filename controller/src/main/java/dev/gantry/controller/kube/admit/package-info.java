/**
 * What becomes of an object before it is stored: defaults that its client sees at once, and the causes why it is refused. Pure; leaves
 * addresses, names that are made up, and everything that needs other objects to others.
 */
@NullMarked
package dev.gantry.controller.kube.admit;

import org.jspecify.annotations.NullMarked;
