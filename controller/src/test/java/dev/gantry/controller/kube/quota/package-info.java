/** Tests of quotas with planners, which make objects without being asked. */
@NullMarked
package dev.gantry.controller.kube.quota;

import org.jspecify.annotations.NullMarked;
