/**
 * The planners of what runs pods to their end: jobs, and what makes jobs at set times. Pure: they read one image and return what
 * to write; requests, garbage and the life of a pod are left to others.
 */
@NullMarked
package dev.gantry.controller.kube.batch;

import org.jspecify.annotations.NullMarked;
