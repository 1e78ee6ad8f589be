/**
 * The planners of what keeps pods running: replica sets and deployments. Pure: they read one image and return what to write;
 * requests, garbage and the life of a pod are left to others.
 */
@NullMarked
package dev.gantry.controller.kube.apps;

import org.jspecify.annotations.NullMarked;
