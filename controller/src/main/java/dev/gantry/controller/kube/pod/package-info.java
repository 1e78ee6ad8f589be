/**
 * Pods: from the document to the workload that runs, from the workload to the document that is shown, and the life cycle between. Pure; leaves
 * requests, admission and what makes pods to others.
 */
@NullMarked
package dev.gantry.controller.kube.pod;

import org.jspecify.annotations.NullMarked;
