/**
 * What becomes of custom definitions: whether their names are free, from when on their kinds are served, and that their objects go before them.
 * Pure; leaves to others what a definition may say, and what its kinds are.
 */
@NullMarked
package dev.gantry.controller.kube.definition;

import org.jspecify.annotations.NullMarked;
