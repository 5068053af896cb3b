// A file sent to v2 with its progress told, which `fetch` cannot do. Errors are those of the client.
import { told } from './client';
import { ApiError, errorOfProblem } from './errors';

/** Sends `form` to `/api/v2/` + path; `onProgress` is told a part from 0 to 1. */
export function uploadV2<T>(path: string, form: FormData, onProgress: (part: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v2/${path}`);
    request.setRequestHeader('X-Requested-With', 'gavia');
    request.setRequestHeader('Accept', 'application/json');
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onerror = () => reject(new ApiError('', 0));
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status >= 200 && request.status <= 299) resolve(body as T);
      else reject(told(errorOfProblem(request.status, body)));
    };
    request.send(form);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
