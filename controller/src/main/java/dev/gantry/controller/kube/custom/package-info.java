/**
 * What custom definitions make: the kinds that they add to a cluster, and what becomes of custom objects before they are stored. Pure; leaves
 * to others whether a definition is good, and how objects are read and written.
 */
@NullMarked
package dev.gantry.controller.kube.custom;

import org.jspecify.annotations.NullMarked;
