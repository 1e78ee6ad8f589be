/**
 * Events of the Kubernetes API: what happened to an object, told once and counted. Pure; decides nothing of what happens.
 */
@NullMarked
package dev.gantry.controller.kube.event;

import org.jspecify.annotations.NullMarked;
