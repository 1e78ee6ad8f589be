@NullMarked
package dev.gantry.controller.kube.schedule;

import org.jspecify.annotations.NullMarked;
