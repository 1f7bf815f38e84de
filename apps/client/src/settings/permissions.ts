import { useEffect, useState } from 'react';

export type Permission = 'unknown' | 'prompt' | 'granted' | 'denied';

/** How the browser stands to a permission, kept up to date. `unknown` where it does not tell. */
export function usePermission(name: 'microphone' | 'notifications'): Permission {
  const [state, setState] = useState<Permission>('unknown');
  useEffect(() => {
    let status: PermissionStatus | null = null;
    let left = false;
    const read = () => {
      if (status && !left) setState(status.state);
    };
    navigator.permissions?.query({ name: name as PermissionName }).then(
      (found) => {
        status = found;
        found.addEventListener('change', read);
        read();
      },
      () => {
        // This browser does not tell about this permission.
      },
    );
    return () => {
      left = true;
      status?.removeEventListener('change', read);
    };
  }, [name]);
  return state;
}

/** Lets the browser ask for the microphone, and turns it off again at once. */
export async function askForMicrophone(): Promise<boolean> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    return true;
  } catch {
    // Refused or no device: the permission's state shows it.
    return false;
  }
}
