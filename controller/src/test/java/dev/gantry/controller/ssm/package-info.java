@NullMarked
package dev.gantry.controller.ssm;

import org.jspecify.annotations.NullMarked;
